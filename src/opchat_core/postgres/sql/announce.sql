SELECT opchat.announce(%(payloads)s)
