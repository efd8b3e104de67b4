using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>
/// Holds what TorchSharp's native library asks for against what the libraries of Torch on this machine and of the system offer. TorchSharp
/// was built for one version of Torch; another one may lack a function, and the loader would find out in the middle of a training.
/// </summary>
/// <remarks>Names are compared, and so the types of arguments, which are part of a name in C++; the layout of classes is not.</remarks>
internal static partial class SymbolReport
{
    /// <summary>Prints the report.</summary>
    /// <param name="folder">The folder of Torch's libraries.</param>
    /// <returns>0, or 1 where a function of Torch is missing.</returns>
    public static int Print(string folder)
    {
        var shim = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        var asked = ElfSymbols.Read(shim).Where(symbol => !symbol.IsDefined).ToLookup(symbol => symbol.IsWeak, symbol => symbol.Name);
        HashSet<string> needed = [.. asked[false]];
        HashSet<string> weak = [.. asked[true].Except(needed)];
        var (all, ofTorch) = (needed.Count, needed.Count(IsOfTorch));
        Console.WriteLine(
            $"{Path.GetFileName(shim)} asks for {all:N0} symbols, {ofTorch:N0} of them c10, at or torch, and for {weak.Count:N0} weakly");
        foreach (var library in Directory.EnumerateFiles(folder, "*.so*").Order(StringComparer.Ordinal).Concat(SystemLibraries()))
        {
            if (!ElfSymbols.IsElf(library))
                continue;
            var found = 0;
            try
            {
                found = ElfSymbols.Read(library)
                    .Count(symbol => symbol.IsDefined && (needed.Remove(symbol.Name) || weak.Remove(symbol.Name)));
            }
            catch (InvalidDataException exception)
            {
                // What only this library has will be among the missing.
                Console.WriteLine($"        not read: {exception.Message}");
            }

            if (found > 0)
                Console.WriteLine($"  {found,5:N0} in {library}");
        }

        var missing = needed.Count(IsOfTorch);
        Console.WriteLine($"missing: {missing:N0} of Torch, {needed.Count - missing:N0} others, {weak.Count:N0} weak ones (harmless)");
        foreach (var name in needed.OrderByDescending(IsOfTorch).ThenBy(name => name, StringComparer.Ordinal))
            Console.WriteLine($"  MISSING {(IsOfTorch(name) ? "" : "(not of Torch) ")}{Demangled(name)}");
        foreach (var name in weak.Where(IsOfTorch).Order(StringComparer.Ordinal))
            Console.WriteLine($"  weak    {Demangled(name)}");
        return missing == 0 ? 0 : 1;
    }

    /// <summary>Where a name lives is its first part: arguments of Torch's types do not make it one of Torch.</summary>
    private static bool IsOfTorch(string name) => NameOfTorch().IsMatch(name);

    /// <summary>The C and C++ libraries that this very process runs on.</summary>
    private static IEnumerable<string> SystemLibraries()
    {
        string[] names = ["libstdc++.so", "libgcc_s.so", "libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "ld-linux"];
        using var process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>()
            .Select(module => module.FileName)
            .Where(path => names.Any(name => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal)))
            .Distinct()];
    }

    private static unsafe string Demangled(string name)
    {
        var text = Demangle(name, 0, 0, out var status);
        if (status != 0)
            return name;
        var readable = Marshal.PtrToStringUTF8(text)!;
        NativeMemory.Free((void*)text);
        return readable;
    }

    [GeneratedRegex("^_Z(?:T[A-Z]|GV)?(?:N[rVK]*[RO]?)?(?:3c10|2at|5torch|6caffe2)")]
    private static partial Regex NameOfTorch();

    [DllImport("libstdc++.so.6", EntryPoint = "__cxa_demangle")]
    private static extern nint Demangle([MarshalAs(UnmanagedType.LPUTF8Str)] string name, nint buffer, nint length, out int status);
}
