#include "textflag.h"

// The kernel enters with the signal in DI, *siginfo_t in SI, *ucontext_t in DX.
// All other registers are saved in the frame it made: they are free.
TEXT ·signalEntry(SB), NOSPLIT|NOFRAME, $0
	MOVL 8(SI), AX             // si_code
	SHLQ $32, AX
	MOVL 16(SI), CX            // si_pid
	ORQ  CX, AX
	MOVL DI, CX
	LEAQ ·senders(SB), R8
	MOVQ AX, (R8)(CX*8)
	MOVQ ·runtimeHandler(SB), AX
	JMP  AX

TEXT ·entryAddress(SB), NOSPLIT, $0-8
	LEAQ ·signalEntry(SB), AX
	MOVQ AX, ret+0(FP)
	RET
