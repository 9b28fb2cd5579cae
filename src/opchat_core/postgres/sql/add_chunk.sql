INSERT INTO opchat.file_chunks (file_number, chunk, content) VALUES (%(number)s, %(chunk)s, %(content)s)
