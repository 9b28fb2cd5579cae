SELECT opchat.sweep_files(%(orphaned)s, %(kept)s, %(now)s) AS files
