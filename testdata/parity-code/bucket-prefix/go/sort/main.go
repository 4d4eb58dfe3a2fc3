package main

import (
	"context"
	"log"

	"example.com/bucket-prefix/internal/sizes"
	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

var client *s3.Client

func init() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	client = s3.NewFromConfig(cfg)
}

func handle(ctx context.Context, event events.S3Event) error {
	return sizes.Store(ctx, client, event, "sizes")
}

func main() {
	lambda.Start(handle)
}
