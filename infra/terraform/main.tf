# The bucket, the keys and the role of one Listenback. infra/README.md says what is why.

provider "aws" {
  region = var.region

  default_tags {
    tags = var.tags
  }
}

locals {
  objects = "${aws_s3_bucket.recordings.arn}/*"
}

resource "aws_s3_bucket" "recordings" {
  bucket              = var.bucket
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_ownership_controls" "recordings" {
  bucket = aws_s3_bucket.recordings.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "recordings" {
  bucket = aws_s3_bucket.recordings.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Object Lock is on for legal holds, and has no default retention on purpose: a lock with a date that is
# not the recording's own would forbid a lawful deletion. Hence no aws_s3_bucket_object_lock_configuration.

resource "aws_s3_bucket_server_side_encryption_configuration" "recordings" {
  bucket = aws_s3_bucket.recordings.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.bucket.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "recordings" {
  bucket                  = aws_s3_bucket.recordings.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "recordings" {
  bucket     = aws_s3_bucket.recordings.id
  policy     = data.aws_iam_policy_document.bucket.json
  depends_on = [aws_s3_bucket_public_access_block.recordings]
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "OnlyEncryptedConnections"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.recordings.arn, local.objects]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  # A lock that can be passed by is none. Nobody passes by it, not even an administrator of the account.
  statement {
    sid       = "NobodyPassesByALock"
    effect    = "Deny"
    actions   = ["s3:BypassGovernanceRetention"]
    resources = [local.objects]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }

  # The service deletes by version only. A plain delete hides a recording from its member and deletes nothing.
  statement {
    sid       = "NobodyHidesARecording"
    effect    = "Deny"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.recordings.arn}/recordings/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

# The first rules of the bucket, as the service itself writes them. From its first start on the service
# keeps them in step and adds a rule for each day ahead; managing those here would undo its work with every
# apply, hence ignore_changes.
resource "aws_s3_bucket_lifecycle_configuration" "recordings" {
  bucket     = aws_s3_bucket.recordings.id
  depends_on = [aws_s3_bucket_versioning.recordings]

  rule {
    id     = "listenback-tidy"
    status = "Enabled"

    filter {
      prefix = ""
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }

    expiration {
      expired_object_delete_marker = true
    }
  }

  rule {
    id     = "listenback-exports"
    status = "Enabled"

    filter {
      prefix = "exports/"
    }

    expiration {
      days = 8
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  lifecycle {
    ignore_changes = [rule]
  }
}
