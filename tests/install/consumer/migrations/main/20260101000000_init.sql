CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at TEXT NOT NULL
);
--> breakpoint
CREATE UNIQUE INDEX users_email_unique ON users (email);
