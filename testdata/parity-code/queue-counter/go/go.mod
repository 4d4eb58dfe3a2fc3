module example.com/queue-counter

go 1.24
