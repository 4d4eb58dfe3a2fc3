package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func put(ctx context.Context) (string, error) {
	return os.Getenv("TABLE"), nil
}

func main() {
	lambda.Start(put)
}
