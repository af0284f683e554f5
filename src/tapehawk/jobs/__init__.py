"""What is done behind the requests: a queue in a table, worked off by any number of threads and processes.

    kinds    what a kind of job is: its function, how many at once, how long it may take
    queue    asking for a job, and for its end
    run      one job in a worker's hands: its progress, its end when it shall
    heart    leases lengthened, ends noticed, on a thread of its own
    worker   claims jobs as long as it fits, and writes what became of them

Jobs are done at least once: a worker that is killed leaves its job to the next, which goes on behind what was written
together with the job's progress. Words and transitions: `records/jobs.py`.
"""
