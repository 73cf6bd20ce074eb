import { hasOneNumber, isKept, isReplacedInSteps, isSpread } from './availability.ts';
import { isProbed, isSized, saysOnce } from './containers.ts';
import { grantsLittle, keepsNoSecret, pointsAtSomebody } from './links.ts';
import { fitsIntoItsAnnotation, isLabelled, isNamedOnce, isOfALastingKind } from './objects.ts';
import { hasNoToken, isRestricted } from './pod-security.ts';
import { refersToWhatIsThere } from './references.ts';
import type { ManifestRule } from './rule.ts';
import { reachesPorts, selects } from './selectors.ts';

/** What holds of whatever is installed, by what it says. */
export const allRules: readonly (readonly [string, ManifestRule])[] = [
  ['every pod is restricted', isRestricted],
  ['no pod has a token', hasNoToken],
  ['selectors and labels agree', selects],
  ['services lead to ports', reachesPorts],
  ['what is referred to is there', refersToWhatIsThere],
  ['policies and monitors name somebody', pointsAtSomebody],
  ['rights are few', grantsLittle],
  ['no map holds a secret', keepsNoSecret],
  ['images have a version and containers a size', isSized],
  ['probes have a port and a meaning', isProbed],
  ['no variable is set twice or holds a secret', saysOnce],
  ['nobody is evicted without a rest', isKept],
  ['nobody is replaced at a blow', isReplacedInSteps],
  ['replicas are spread', isSpread],
  ['one says how many there are', hasOneNumber],
  ['objects are labelled and in one namespace', isLabelled],
  ['objects are of a kind that lasts', isOfALastingKind],
  ['objects have names of their own', isNamedOnce],
  ['objects fit into their annotation', fitsIntoItsAnnotation],
];
