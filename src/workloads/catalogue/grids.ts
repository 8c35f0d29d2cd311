import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';

/**
 * Carbon intensity of the grids of some regions, kilograms of CO2 equivalents per kWh, average over a year and
 * location-based: what the grid emits, whatever contracts the provider has.
 *
 * DATE: as in Cloud Carbon Footprint's methodology, appendix V (read from its repository's stored copy at 1559c186).
 * SOURCE: https://www.cloudcarbonfootprint.org/docs/methodology#appendix-v-grid-emissions-factors, which has them from
 * EPA eGRID2020 (United States, by NERC region), the EEA (most of Europe), carbonfootprint.com of March 2022 (others)
 * and, for Google, https://cloud.google.com/sustainability/region-carbon without its carbon-free share.
 */
export const GRID_KG_PER_KWH: Readonly<Record<string, number>> = {
  // Amazon Web Services
  'us-east-1': 0.379069,
  'us-east-2': 0.410608,
  'us-west-1': 0.322167,
  'us-west-2': 0.322167,
  'ca-central-1': 0.12,
  'eu-central-1': 0.311,
  'eu-west-1': 0.2786,
  'eu-west-2': 0.225,
  'eu-west-3': 0.0511,
  'eu-north-1': 0.0088,
  'ap-south-1': 0.7082,
  'ap-northeast-1': 0.4658,
  'ap-southeast-1': 0.408,
  'ap-southeast-2': 0.76,
  'sa-east-1': 0.0617,
  // Google Cloud
  'us-central1': 0.454,
  'us-east1': 0.48,
  'us-east4': 0.361,
  'us-west1': 0.078,
  'us-west2': 0.253,
  'europe-north1': 0.133,
  'europe-west1': 0.212,
  'europe-west2': 0.231,
  'europe-west3': 0.293,
  'europe-west4': 0.41,
  'europe-west6': 0.087,
  'asia-northeast1': 0.554,
  'asia-south1': 0.721,
  'asia-southeast1': 0.493,
  'southamerica-east1': 0.103,
  // Microsoft Azure
  eastus: 0.379069,
  eastus2: 0.379069,
  centralus: 0.426254,
  southcentralus: 0.373231,
  westus: 0.322167,
  westus2: 0.322167,
  northeurope: 0.2786,
  westeurope: 0.3284,
  francecentral: 0.05128,
  uksouth: 0.225,
  germanynorth: 0.33866,
  japaneast: 0.4658,
  southeastasia: 0.408,
};

/** Kilograms of CO2 equivalents per kWh in a region. Throws an InputError for a region that is not listed. */
export function gridOf(region: string): number {
  if (Object.hasOwn(GRID_KG_PER_KWH, region)) return GRID_KG_PER_KWH[region];
  throw new InputError(
    `no carbon intensity known for the region "${region}"${suggestion(region, Object.keys(GRID_KG_PER_KWH))}; ` +
      'give kilograms per kWh instead',
  );
}
