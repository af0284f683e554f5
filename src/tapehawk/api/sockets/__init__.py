"""Sockets: what the bus says, told to whoever listens.

bus ──► hub: event → message, written once ──► topics, each with its history ──► a bounded queue a client ──► it

sequence     the number of a message           topics       messages of one matter, the last of them kept
told         event → messages                  queues       what waits for one client
hub          topics, and who listens           closing      codes, and what they mean
admission    from where, and how many          connection   one client, from its first message to its last
standing     what is so now                    wire         the server's end of a line
quotes       of live bars                      watch        sends away who may not listen any more

What clients see of it is in docs/reference/sockets.md.
"""
