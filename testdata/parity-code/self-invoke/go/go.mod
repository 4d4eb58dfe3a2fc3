module example.com/self-invoke

go 1.24
