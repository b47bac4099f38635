import { isInForce, type Subject, type TagFacts } from '../access/policy.ts'

/** The purpose for which masked renditions exist. */
export const TRAINING = 'training_coaching'

/** What keeps a call out of training whatever its purposes say (Art. 9 and 10 GDPR, children, card data). */
export const UNFIT: readonly string[] = ['health', 'criminal', 'minor', 'payment']

/** Whether a recording may be used for training now, or why not. */
export type TrainingUse = 'allowed' | 'purpose_over' | 'sensitive'

/**
 * Decides for the rendition and for whoever listens to it alike: it is made, kept and heard only as long as
 * this says so. Restriction and holds are not asked: they stop work and removal, not the purpose.
 */
export function trainingUse(
  { tags, sensitivity }: Pick<Subject, 'tags' | 'sensitivity'>,
  now: Date,
): TrainingUse {
  if (!tags.some((tag) => isForTraining(tag) && isInForce(tag, now))) return 'purpose_over'
  return sensitivity.some((flag) => UNFIT.includes(flag)) ? 'sensitive' : 'allowed'
}

export const isForTraining = ({ purpose }: Pick<TagFacts, 'purpose'>): boolean => purpose === TRAINING
