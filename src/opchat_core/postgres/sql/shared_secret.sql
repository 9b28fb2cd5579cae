-- The update that changes nothing makes the row visible to the one who came second.
INSERT INTO opchat.settings AS s (name, value) VALUES (%(name)s, %(candidate)s)
ON CONFLICT (name) DO UPDATE SET value = s.value
RETURNING value
