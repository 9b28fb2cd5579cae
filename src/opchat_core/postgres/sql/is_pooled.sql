-- A pooler hands out process ids of its own.
SELECT pg_backend_pid() <> %(pid)s AS pooled
