INSERT INTO opchat.outgoing_files (fingerprint, created_at) VALUES (%(fingerprint)s, coalesce(%(now)s, clock_timestamp()))
RETURNING file_number
