package main

import (
	"bytes"
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

type event struct {
	Key string `json:"key"`
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatalf("configuration: %v", err)
	}
	uploader := manager.NewUploader(s3.NewFromConfig(cfg))
	lambda.Start(func(ctx context.Context, e event) error {
		_, err := uploader.Upload(ctx, &s3.PutObjectInput{
			Bucket: aws.String(os.Getenv("BUCKET")),
			Key:    aws.String(e.Key),
			Body:   bytes.NewReader(nil),
		})
		return err
	})
}
