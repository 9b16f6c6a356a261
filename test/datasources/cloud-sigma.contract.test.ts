import { cloudSigma } from "../../src/datasources/cloud-sigma.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(cloudSigma);
