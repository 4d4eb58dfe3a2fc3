//! What the framework adds to an application for its own purposes.
//!
//! Source: the package `aws-cdk-lib`: the ids given to singleton functions and to providers of custom resources.

/// Starts of ids in construct paths: what stands at or below them is the framework's.
const PATHS: &[&str] = &[
    // Providers of custom resources (`CustomResourceProvider`, `SingletonFunction` of the libraries).
    "Custom::",
    "@aws-cdk--",
    "AWSCDK.",
    "AWSCDKCfnUtilsProvider",
    "com.amazonaws.cdk.custom-resources.",
    // `aws-logs`, `aws-s3-notifications`, `custom-resources.AwsCustomResource`.
    "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a",
    "BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
    "AWS679f53fac002430cb0da5b7982bd2287",
    // `aws-events-targets.AwsApi`, `aws-ses.DropSpamReceiptRule`.
    "AWSb4cf1abd4e4f4bc699441af7ccd9ec37",
    "SingletonLambda224e77f9a32e4b4dac32983477abba16",
    // `aws-stepfunctions-tasks`: `EvaluateExpression`, `CallAwsServiceCrossRegion`, `EmrContainersStartJobRun`.
    "Eval078d40d3fb4e4d5394a79c46fc11fe02",
    "Eval105f0693c0824e9b83f39007507676f0",
    "Eval1662dbae12a44a0486f029531a7be268",
    "Eval2a430b68eb4b40269232ee39b71c1db8",
    "Eval2b81e383aad244db8aafb4809ae0e3b4",
    "Eval41256dc5445742738ed917bc818694e5",
    "Eval672bfe1976c9448b9584ee75ca09edbf",
    "Eval886204b91f2d40bd8a7e628543da4f93",
    "Eval8fa21b461d7c445dbe086bbea646eb37",
    "Eval9757c2676d7c45c2af7737a30d93d2c6",
    "Evala0d2ce44871b4e7487a1f5e63d7c3bdc",
    "Evala5c17f500de1497b8ec0fabdc9086cc5",
    "Evalabcd5ad4b1eb48f1bec541d6f5c82caa",
    "Evalb1565b137d884f24ac63f9b23c325a55",
    "Evalb64e1fb89c894f7d8a342e2a1c5f6d7e",
    "Evalbe6d8ca19d2c4db3aeebf6f27f3f2f10",
    "Evalcadc099b465f4267afe0e0037d263401",
    "Evalda2d1181604e4a4586941a6abd7fe42d",
    "CrossRegionAwsSdk8a0c93f3dbef4b71ac137aaf2048ce7e",
    "SingletonLambda8693BB64968944B69AAFB0CC9EB8757C",
    // `custom-resources.Provider`.
    "framework-onEvent",
    "framework-isComplete",
    "framework-onTimeout",
    "waiter-state-machine",
    // Layers the framework brings along.
    "AwsCliLayer",
    "KubectlLayer",
    // `aws-certificatemanager.DnsValidatedCertificate`.
    "CertificateRequestorFunction",
    "CDKMetadata",
];

/// Ends of ids in construct paths of the same meaning.
const ENDS: &[&str] = &["CustomResourceProvider", "CustomResourceProviderCustomResourceProvider"];

/// Starts of logical ids, for templates without construct paths: ids without what is no letter or digit.
const IDS: &[&str] = &[
    "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a",
    "BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
    "AWS679f53fac002430cb0da5b7982bd2287",
    "AWSb4cf1abd4e4f4bc699441af7ccd9ec37",
    "AWSCDK",
    "SingletonLambda224e77f9a32e4b4dac32983477abba16",
    "CrossRegionAwsSdk8a0c93f3dbef4b71ac137aaf2048ce7e",
    "CustomS3AutoDeleteObjectsCustomResourceProvider",
    "CustomECRAutoDeleteImagesCustomResourceProvider",
    "CustomVpcRestrictDefaultSGCustomResourceProvider",
    "CustomCrossRegionExportWriterCustomResourceProvider",
    "CustomCrossRegionExportReaderCustomResourceProvider",
    "CustomCrossAccountZoneDelegationCustomResourceProvider",
    "CustomCrossRegionStringParameterReaderCustomResourceProvider",
    "CustomDeleteExistingRecordSetCustomResourceProvider",
    "CustomAWSCDKOpenIdConnectProviderCustomResourceProvider",
    "CustomDynamoDBReplicaCustomResourceProvider",
    "CustomS3ObjectCopy",
    "CustomCDKBucketDeployment",
    "awscdkawseksKubectlProvider",
    "awscdkawseksClusterResourceProvider",
    "awscdkawsdynamodbReplicaProvider",
];

/// Whether a construct is one of the framework's, by its path.
pub(super) fn by_path(path: &str) -> bool {
    // The stack is people's own.
    path.split('/')
        .skip(1)
        .any(|id| PATHS.iter().any(|p| id.starts_with(p)) || ENDS.iter().any(|e| id.ends_with(e)))
}

/// Whether a resource is one of the framework's, by its logical id.
pub(super) fn by_id(id: &str) -> bool {
    IDS.iter().any(|p| id.starts_with(p))
}
