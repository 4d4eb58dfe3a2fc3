// Package call calls other functions.
package call

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

var functions = newClient()

func newClient() *lambda.Client {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	return lambda.NewFromConfig(cfg)
}

// Function calls one and waits.
func Function(ctx context.Context, name string) error {
	_, err := functions.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(name), Payload: []byte("{}")})
	return err
}
