import { sql as recordings } from './0001-recordings.ts'
import { sql as retention } from './0002-retention.ts'
import { sql as endsClass } from './0003-ends-class.ts'
import { sql as audio } from './0004-audio.ts'
import { sql as corrections } from './0005-corrections.ts'
import { sql as endsBrief } from './0006-ends-brief.ts'
import { sql as coaching } from './0007-coaching.ts'
import { sql as auditSeal } from './0008-audit-seal.ts'
import { sql as privacyRequests } from './0009-privacy-requests.ts'
import { sql as disclosures } from './0010-disclosures.ts'
import { sql as notices } from './0011-notices.ts'
import { sql as oversight } from './0012-oversight.ts'
import { sql as packages } from './0013-packages.ts'
import { sql as overview } from './0015-overview.ts'
import { sql as stepUp } from './0016-step-up.ts'
import { sql as accountability } from './0017-accountability.ts'
import { sql as auditEntities } from './0018-audit-entities.ts'

/** Every migration, in order. A landed migration never changes: its checksum is verified. */
export const MIGRATIONS: readonly { readonly name: string; readonly sql: string }[] = [
  { name: '0001-recordings', sql: recordings },
  { name: '0002-retention', sql: retention },
  { name: '0003-ends-class', sql: endsClass },
  { name: '0004-audio', sql: audio },
  { name: '0005-corrections', sql: corrections },
  { name: '0006-ends-brief', sql: endsBrief },
  { name: '0007-coaching', sql: coaching },
  { name: '0008-audit-seal', sql: auditSeal },
  { name: '0009-privacy-requests', sql: privacyRequests },
  { name: '0010-disclosures', sql: disclosures },
  { name: '0011-notices', sql: notices },
  { name: '0012-oversight', sql: oversight },
  { name: '0013-packages', sql: packages },
  { name: '0015-overview', sql: overview },
  { name: '0016-step-up', sql: stepUp },
  { name: '0017-accountability', sql: accountability },
  { name: '0018-audit-entities', sql: auditEntities },
]
