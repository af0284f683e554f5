"""What we did: users, signals, lists, scans, jobs, in a database. The only SQLAlchemy in the house.

with database.write() as records:              one transaction
records.users.by_email("ada@example.org")      what belongs to nobody
records.of(user_id).watchlist.add(["AAPL"])    what belongs to a user: there is no other way to it
"""
