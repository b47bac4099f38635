output "settings" {
  description = "Settings of the service; add LIFECYCLE_MARGIN_DAYS and LIFECYCLE_HORIZON_DAYS to change its rules."
  value = {
    S3_BUCKET  = aws_s3_bucket.recordings.bucket
    S3_REGION  = var.region
    KMS_KEY_ID = aws_kms_key.keyring.arn
  }
}

output "role_arn" {
  description = "Role that the service runs under; the SDK finds its credentials."
  value       = aws_iam_role.service.arn
}
