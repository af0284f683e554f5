"""What providers share when they talk over HTTP or a socket.

transport   Wire: GET with limit, retries, breaker       line      Line: a stream's connection that stays
bucket      what a key may spend                         breaker   a provider that is down is left alone
secrets     keys in headers, struck from every text      trouble   what can go wrong, and the errors it ends as
ledger      counts for `health`                          clock     time, waiting, chance: handed in

A provider brings its wire format; nothing here knows one.
"""
