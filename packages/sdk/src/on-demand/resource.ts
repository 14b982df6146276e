export { detectedResource } from '../export/detected-resource.ts'
