// What ../wake_server.cpp is, for workerd: POST /rpc/main/<object>/getUser with {"id": ...} wakes the
// object, which brings its schema up to date in its constructor and then selects one row.
import { DurableObject } from "cloudflare:workers";

let migrations;  // parsed once for all objects

function migrate(storage) {
  const sql = storage.sql;
  sql.exec("CREATE TABLE IF NOT EXISTS __migrations (name TEXT PRIMARY KEY)");
  const applied = new Set();
  for (const [name] of sql.exec("SELECT name FROM __migrations").raw()) applied.add(name);
  for (const [name, text] of migrations) {
    if (applied.has(name)) continue;
    storage.transactionSync(() => {
      sql.exec(text);
      sql.exec("INSERT INTO __migrations (name) VALUES (?)", name);
    });
  }
}

export class Main extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    migrate(ctx.storage);
  }

  getUser({ id }) {
    return this.sql.exec("SELECT id, name, email, bio FROM users WHERE id = ?", id).one();
  }
}

export default {
  async fetch(request, env) {
    migrations ??= JSON.parse(env.MIGRATIONS);
    const [, , , object, action] = new URL(request.url).pathname.split("/");
    const stub = env.MAIN.get(env.MAIN.idFromName(object));
    const result = await stub[action](await request.json());
    return Response.json({ ok: true, result });
  },
};
