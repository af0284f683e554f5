"""What the Redis server itself does for the bus, in one step that nobody can come between.

An entry's id is its place, era-number, so that the server counts: `era-*` is the next number. The hash beside the
stream says in which life of the server (its run id) the era was begun. A server that was restarted may have forgotten
what it was told last, and would give the same numbers again: so a new life is a new era, and so is a stream that was
emptied, or in which somebody else wrote an id beyond ours.
"""

from __future__ import annotations

import hashlib
from typing import Final

NEWEST: Final = """
-- Return the id of the newest entry; begin an era first where the numbering can't be gone on with.
-- KEYS: stream, hash beside it.
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local kept = redis.call('HMGET', KEYS[2], 'server', 'era')
local newest = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' then newest = info[at + 1] end
  end
end
local era = string.match(newest, '^%d+')
if kept[1] == server and kept[2] == era then return newest end
local time = redis.call('TIME')
local begun = math.max(time[1] * 1000 + math.floor(time[2] / 1000), era + 1, (kept[2] or 0) + 1)
begun = string.format('%.0f', begun)
redis.call('HSET', KEYS[2], 'server', server, 'era', begun)
return redis.call('XADD', KEYS[1], begun .. '-0', 'kind', 'begun')
"""

ADD: Final = """
-- Add an event; return its id, or nothing where the era is over. Keeps at least so many entries.
-- KEYS: stream. ARGV: era, entries, token, kind, event, and for another try the id that was newest before the first:
-- what that one added, though its answer was lost, is found by its token.
if ARGV[6] ~= '' then
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[6], '+')) do
    if entry[2][1] == 'token' and entry[2][2] == ARGV[3] then return entry[1] end
  end
end
local id = redis.pcall('XADD', KEYS[1], 'NOMKSTREAM', 'MAXLEN', '~', ARGV[2], ARGV[1] .. '-*',
  'token', ARGV[3], 'kind', ARGV[4], 'event', ARGV[5])
if type(id) == 'table' and id.err and string.find(id.err, 'equal or smaller') then return false end
return id
"""

ADD_SHA: Final = hashlib.sha1(ADD.encode(), usedforsecurity=False).hexdigest()
"""The name by which a server knows ADD. It forgets it with its life: then NEWEST is to be asked before it learns it."""
