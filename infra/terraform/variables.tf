variable "bucket" {
  description = "Name of the bucket for recordings (S3_BUCKET). Object Lock can only be had at creation."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket name has 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "region" {
  description = "Region of the bucket (S3_REGION); must be one of the service's ALLOWED_REGIONS."
  type        = string
  default     = "eu-central-1"

  validation {
    condition = contains(
      ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"],
      var.region,
    )
    error_message = "Recordings stay in the European Union: London and Zurich are in Europe, not in the Union."
  }
}

variable "trusted_principals" {
  description = "ARNs that may take the service's role: the task role, instance role or OIDC provider it runs under."
  type        = list(string)
}

variable "administrators" {
  description = "ARNs that may administer the two keys, whoever applies this among them. They cannot decrypt with them."
  type        = list(string)
}

variable "tags" {
  description = "Tags for everything made here."
  type        = map(string)
  default     = {}
}
