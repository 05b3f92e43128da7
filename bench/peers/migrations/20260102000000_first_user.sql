INSERT INTO users (id, name, email) VALUES ('u7', 'Seven', 'seven@example.com');
