// Package sizes stores the size of each uploaded object beside it.
package sizes

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Store reads and writes objects.
func Store(ctx context.Context, client *s3.Client, event events.S3Event, folder string) error {
	for _, record := range event.Records {
		bucket := record.S3.Bucket.Name
		key, err := url.QueryUnescape(record.S3.Object.Key)
		if err != nil {
			return fmt.Errorf("key of the event: %w", err)
		}
		object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
		if err != nil {
			return err
		}
		_, err = client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(bucket),
			Key:    aws.String(fmt.Sprintf("%s/%s.size", folder, key)),
			Body:   strings.NewReader(fmt.Sprint(*object.ContentLength)),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
