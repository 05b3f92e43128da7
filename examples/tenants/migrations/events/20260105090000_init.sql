-- snapshot 00000mwwtlyhk follows 0000000000000

CREATE TABLE "event_log" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "type" text NOT NULL,
    "created_at" text NOT NULL
);

CREATE INDEX "event_log_type" ON "event_log" ("type");
