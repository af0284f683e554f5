import os,sys,time,uuid,datetime as dt,tempfile
from pathlib import Path
from dataclasses import replace
home=Path(tempfile.mkdtemp()); os.environ["SCANNER_DATA_DIR"]=str(home/"store")
if len(sys.argv)>1: os.environ["DATABASE_URL"]=sys.argv[1]
from tapehawk.app.house import House; from tapehawk.app.settings import settings
from tapehawk.records.migrating import upgrade
from tapehawk.app.live_giving import Giving, Recipient
from tapehawk.data.signal_log import SignalLog, Noted
from tapehawk.core.signals import Risk
from tapehawk.core.signal_record import Change
from tests.records.test_signals import signal, NOW, AT
house=House(settings()); upgrade(house.database)
with house.database.write() as r:
    users=[r.users.add(email=f"{uuid.uuid4()}@x.org",password_hash="",role="user",now=NOW) for _ in range(50)]
on={"us":{"regular":frozenset({"breakout"})}}
rec=[Recipient(u.id,"",0,Risk(10_000*(k+1)),None,on) for k,u in enumerate(users)]
log=SignalLog(house.known.store,"live")
def sig(n): return signal(0,symbol=f"S{n}")
many=[sig(n) for n in range(1000)]
log.note(many)
said=[]
g=Giving(house.database,house.known.store,lambda *e:said.extend(e))
import cProfile,pstats; p=cProfile.Profile(); p.enable(); t=time.time(); g.bring(rec); p.disable(); pstats.Stats(p).sort_stats("cumtime").print_stats(35); print("give 1000x50", round(time.time()-t,2), len(said), g.trouble)
ch=Change("triggered",AT+60_000_000,price=101.5,bar=3.0)
log.note([], [Noted(str(one.key),ch) for one in many])
t=time.time(); g.bring(rec); print("follow 1000x50", round(time.time()-t,2), len(said), g.trouble)
