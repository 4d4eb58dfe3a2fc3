package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Purger is what the function needs of the queue.
type Purger interface {
	PurgeQueue(ctx context.Context, in *sqs.PurgeQueueInput, opts ...func(*sqs.Options)) (*sqs.PurgeQueueOutput, error)
}

func purge(ctx context.Context, queue Purger) error {
	url := os.Getenv("QUEUE")
	_, err := queue.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &url})
	return err
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	queue := sqs.NewFromConfig(cfg)
	lambda.Start(func(ctx context.Context) error {
		return purge(ctx, queue)
	})
}
