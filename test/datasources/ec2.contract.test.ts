import { ec2 } from "../../src/datasources/ec2.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(ec2);
