package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	service "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

type event struct {
	Page  int      `json:"page"`
	Items []string `json:"items"`
}

var functions *service.Client

func handle(ctx context.Context, e event) error {
	rest, err := json.Marshal(e)
	if err != nil {
		return err
	}
	own := os.Getenv("AWS_LAMBDA_FUNCTION_NAME")
	_, err = functions.Invoke(ctx, &service.InvokeInput{
		FunctionName:   aws.String(own),
		InvocationType: types.InvocationTypeEvent,
		Payload:        rest,
	})
	return err
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	functions = service.NewFromConfig(cfg)
	lambda.Start(handle)
}
