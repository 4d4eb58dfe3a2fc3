package main

import (
	"example.com/wrapper/internal/find"
	"example.com/wrapper/internal/wrap"
	"github.com/aws/aws-lambda-go/lambda"
	"go.opentelemetry.io/contrib/instrumentation/github.com/aws/aws-lambda-go/otellambda"
)

func main() {
	handler := wrap.WithClient(find.Item)
	lambda.Start(otellambda.InstrumentHandler(handler))
}
