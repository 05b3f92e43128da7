CREATE TABLE tags (post_id TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (post_id, label));
