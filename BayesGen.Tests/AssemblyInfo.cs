[assembly: CollectionBehavior("BayesGen.Tests.Support.TestGroups", "BayesGen.Tests")]
