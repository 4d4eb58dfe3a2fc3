package main

import "github.com/aws/aws-lambda-go/lambda"

type event struct {
	Items []string `json:"items"`
}

func main() {
	lambda.Start(func(e event) (int, error) {
		return len(e.Items), nil
	})
}
