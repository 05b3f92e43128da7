// The page at `/`: one tenant's users, through the same calls that curl would make.
#pragma once

#include <string_view>

inline constexpr std::string_view page = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tenants</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
  form { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 }
  input, button { font: inherit; padding: .3rem .6rem }
  #problem { color: #a00; white-space: pre-line }
</style>
<h1>Tenants</h1>
<p>Every tenant has an SQLite database of its own, made when it is first used.</p>
<form id="choose">
  <label>Tenant <input id="tenant" value="acme" pattern="[A-Za-z0-9_\-]+" required></label>
  <button>Show</button>
</form>
<form id="create">
  <input id="name" placeholder="Name" aria-label="Name">
  <input id="email" placeholder="Email" aria-label="Email">
  <button>Create user</button>
</form>
<p id="problem" role="alert"></p>
<ul id="users"></ul>
<script>
  const at = id => document.getElementById(id);

  async function call(action, args) {
    const tenant = encodeURIComponent(at('tenant').value);
    const response = await fetch(`/rpc/main/${tenant}/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const answer = await response.json();
    if (!answer.ok) throw new Error(answer.error);
    return answer.result;
  }

  async function show() {
    const users = await call('listUsers', {});
    at('users').replaceChildren(...users.map(user => {
      const item = document.createElement('li');
      item.textContent = `${user.name} <${user.email}>`;
      return item;
    }));
  }

  function on(form, work) {
    at(form).addEventListener('submit', async submitted => {
      submitted.preventDefault();
      at('problem').textContent = '';
      try {
        await work();
        await show();
      } catch (problem) {
        at('problem').textContent = problem.message;
      }
    });
  }

  on('choose', async () => {});
  on('create', () => call('createUser', { name: at('name').value, email: at('email').value }));
  at('choose').requestSubmit();
</script>
</html>
)html";
