# What the service may do: every call it makes, and no other. It may not delete the bucket, pass by a lock,
# or switch versions, locks or the policy; so whoever takes over the service cannot either. That it may use the
# two keys stands in their own policy.

resource "aws_iam_role" "service" {
  name               = "listenback-${var.bucket}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = var.trusted_principals
    }
  }
}

resource "aws_iam_role_policy" "service" {
  name   = "recordings"
  role   = aws_iam_role.service.id
  policy = data.aws_iam_policy_document.service.json
}

data "aws_iam_policy_document" "service" {
  statement {
    sid    = "Objects"
    effect = "Allow"
    actions = [
      "s3:PutObject",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:DeleteObjectVersion",
      "s3:AbortMultipartUpload",
      "s3:GetObjectTagging",
      "s3:GetObjectVersionTagging",
      "s3:PutObjectTagging",
      "s3:PutObjectVersionTagging",
      "s3:GetObjectLegalHold",
      "s3:PutObjectLegalHold",
    ]
    resources = [local.objects]
  }

  statement {
    sid    = "Bucket"
    effect = "Allow"
    actions = [
      "s3:ListBucket",
      "s3:ListBucketVersions",
      "s3:ListBucketMultipartUploads",
      "s3:GetBucketVersioning",
      "s3:GetBucketObjectLockConfiguration",
      "s3:GetBucketPolicyStatus",
      "s3:GetLifecycleConfiguration",
      "s3:PutLifecycleConfiguration",
    ]
    resources = [aws_s3_bucket.recordings.arn]
  }
}
