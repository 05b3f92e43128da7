CREATE TABLE "users" (
    "id" TEXT PRIMARY KEY NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL UNIQUE,
    "bio" TEXT,
    "created_at" TEXT NOT NULL
);

--> breakpoint

CREATE TABLE "posts" (
    "id" TEXT PRIMARY KEY NOT NULL,
    "author_id" TEXT NOT NULL REFERENCES "users" ("id"),
    "title" TEXT NOT NULL,
    "body" TEXT,
    "created_at" TEXT NOT NULL
);
CREATE INDEX "posts_author" ON "posts" ("author_id");
