namespace BayesGen.Benchmarks.Speed;
internal static class SizeTable { public static void Print(Settings s) {} }
internal static class MemoryTable { public static void Print(Settings s) {} }
internal static class DataTable { public static void Print(Settings s) {} }
