package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

var queue *sqs.Client

type event struct {
	ID string `json:"id"`
}

func handle(ctx context.Context, e event) error {
	url, ok := os.LookupEnv("QUEUE")
	if !ok {
		log.Fatal("QUEUE is not set")
	}
	_, err := queue.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{
		QueueUrl: &url,
		Entries:  []types.SendMessageBatchRequestEntry{{Id: aws.String("1"), MessageBody: aws.String(e.ID)}},
	})
	return err
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background(), config.WithRetryMaxAttempts(3))
	if err != nil {
		log.Fatal(err)
	}
	queue = sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.RetryMaxAttempts = 5 })
	lambda.Start(handle)
}
