INSERT INTO posts (id, user_id, body) VALUES ('p1', 'u7', 'Good morning');
