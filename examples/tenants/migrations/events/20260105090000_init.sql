CREATE TABLE "event_log" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "type" TEXT NOT NULL,
    "created_at" TEXT NOT NULL
);
CREATE INDEX "event_log_type" ON "event_log" ("type");
