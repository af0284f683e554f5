"""The bus: facts (`core/events.py`) from those who find them out to whoever listens, in one process or in many.

    door       Bus, what every bus promises      choosing   which one, by its address
    place      where in a bus an event stands    memory     in this process
    reading    entries → events, gaps told       redis      between processes, through a Redis stream
    shelf      bytes under a name, for a while

A bus carries news; the store carries truth. Who is told that something is missing catches up from the store.
"""
