-- snapshot 00000mwwtlyhz follows 0000000000000

CREATE TABLE "users" (
    "id" text PRIMARY KEY NOT NULL,
    "name" text NOT NULL,
    "email" text NOT NULL,
    "bio" text,
    "created_at" text NOT NULL
);

CREATE TABLE "posts" (
    "id" text PRIMARY KEY NOT NULL,
    "author_id" text NOT NULL,
    "title" text NOT NULL,
    "body" text,
    "created_at" text NOT NULL,
    FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);

CREATE UNIQUE INDEX "users_email_unique" ON "users" ("email");

CREATE INDEX "posts_author" ON "posts" ("author_id");
