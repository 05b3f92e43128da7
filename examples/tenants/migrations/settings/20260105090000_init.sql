-- snapshot 00000mwwtlyi9 follows 0000000000000

CREATE TABLE "settings" (
    "key" text PRIMARY KEY NOT NULL,
    "value" text NOT NULL,
    "updated_at" text NOT NULL
);
