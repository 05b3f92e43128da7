# A plain `workerd serve` configuration: one Durable Object class with SQLite on the local disk.
# The driver overrides the address and the directory.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .mainWorker),
    (name = "objects", disk = (path = "objects", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const mainWorker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-08-01",
  durableObjectNamespaces = [(className = "Main", uniqueKey = "MainDatabaseDO", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [
    (name = "MAIN", durableObjectNamespace = "Main"),
    # [[name, sql], ...], from the files that the dormouse server reads.
    (name = "MIGRATIONS", fromEnvironment = "MIGRATIONS"),
  ],
);
