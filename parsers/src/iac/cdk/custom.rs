//! Custom resources of the framework that stand for something CloudFormation has no type for.

use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::facts::Written;

/// The lists of a bucket's notifications: as the interface of S3 has them, as CloudFormation does, and the same for what
/// receives them.
/// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_NotificationConfiguration.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-notificationconfiguration.html>
const LISTS: &[(&str, &str, &str, &str)] = &[
    ("LambdaFunctionConfigurations", "LambdaConfigurations", "LambdaFunctionArn", "Function"),
    ("QueueConfigurations", "QueueConfigurations", "QueueArn", "Queue"),
    ("TopicConfigurations", "TopicConfigurations", "TopicArn", "Topic"),
];

/// Bring a resource to its canonical type.
pub(crate) fn canonical(w: &mut Written) {
    if w.type_name != "Custom::S3BucketNotifications" {
        return;
    }
    w.type_name = "BucketNotification".into();
    if let Some(bucket) = w.props.take("BucketName") {
        w.props.put(ExprEntry { key: "Bucket".into(), ..bucket });
    }
    let Some(mut configuration) = w.props.take("NotificationConfiguration") else { return };
    for (from, to, target, name) in LISTS {
        if let Some(mut list) = configuration.value.take(from) {
            if let ExprKind::List(items, _) = &mut list.value.kind {
                for i in items.iter_mut() {
                    item(i, target, name);
                }
            }
            configuration.value.put(ExprEntry { key: (*to).into(), ..list });
        }
    }
    if let Some(e) = configuration.value.take("EventBridgeConfiguration") {
        let value = Expr::object(e.key_span, [("EventBridgeEnabled", Expr::text(e.key_span, "true"))]);
        configuration.value.put(ExprEntry { value, ..e });
    }
    w.props.put(configuration);
}

fn item(item: &mut Expr, target: &str, name: &str) {
    for (from, to) in [(target, name), ("Events", "Event")] {
        if let Some(e) = item.take(from) {
            item.put(ExprEntry { key: to.into(), ..e });
        }
    }
    if let Some(mut filter) = item.take("Filter") {
        if let Some(mut key) = filter.value.take("Key") {
            if let Some(rules) = key.value.take("FilterRules") {
                key.value.put(ExprEntry { key: "Rules".into(), ..rules });
            }
            filter.value.put(ExprEntry { key: "S3Key".into(), ..key });
        }
        item.put(filter);
    }
}
