INSERT INTO tags (post_id, label) VALUES ('p1', 'morning');
