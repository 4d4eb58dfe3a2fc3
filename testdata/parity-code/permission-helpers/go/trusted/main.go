package main

import (
	"context"
	"os"

	"example.com/permission-helpers/internal/call"
	"github.com/aws/aws-lambda-go/lambda"
)

func handle(ctx context.Context) error {
	return call.Function(ctx, os.Getenv("OTHER"))
}

func main() {
	lambda.Start(handle)
}
