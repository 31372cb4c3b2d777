class JobError(Exception):
    class Fatal(RuntimeError):
        pass
