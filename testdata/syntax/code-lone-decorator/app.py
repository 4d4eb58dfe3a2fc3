@tracer.capture
@logger(

class Handler(: pass
lambda event: (yield
